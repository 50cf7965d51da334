// Who you are, which region answers, and a token to take along to another client.
import { useState } from "react";

import { isCustomer, type Region, token, type User } from "./bank";

interface HeaderProps {
  readonly users: readonly User[];
  readonly regions: readonly Region[];
  readonly user: User;
  readonly region: string;
  readonly pickUser: (user: User) => void;
  readonly pickRegion: (region: string) => void;
}

export function Header({ users, regions, user, region, pickUser, pickRegion }: HeaderProps) {
  const address = regions.find((each) => each.region === region)?.graphql ?? "";
  const onUser = (name: string) => {
    const picked = users.find((each) => each.name === name);
    if (picked) pickUser(picked);
  };
  return (
    <header className="florin-header">
      <img src="/florin.svg" alt="" width="28" height="28" />
      <strong className="florin-name">Florin</strong>
      <label>
        <span>User</span>
        <select aria-label="User" value={user.name} onChange={(event) => onUser(event.target.value)}>
          <UserGroup label="Customers" users={users.filter(isCustomer)} />
          <UserGroup label="Staff" users={users.filter((each) => !isCustomer(each))} />
        </select>
      </label>
      <label>
        <span>Region</span>
        <select aria-label="Region" value={region} onChange={(event) => pickRegion(event.target.value)}>
          {regions.map((each) => (
            <option key={each.region} value={each.region}>
              {each.region}
              {each.region === user.region ? " (home)" : ""}
            </option>
          ))}
        </select>
      </label>
      <CopyToken key={`${user.name} ${region}`} user={user.name} region={region} />
      <p className="florin-identity">
        <span>
          Signed in as <b>{user.display}</b> · {user.groups.join(", ")}
        </span>
        <code title="The address of this region's API">{address}</code>
      </p>
    </header>
  );
}

function CopyToken({ user, region }: { user: string; region: string }) {
  const [outcome, setOutcome] = useState("Copy token");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(await token(user, region));
      setOutcome("Copied");
    } catch (error) {
      setOutcome(String(error));
    }
  };
  return (
    <button type="button" className="florin-copy" onClick={copy} title="An access token for this user and region">
      {outcome}
    </button>
  );
}

function UserGroup({ label, users }: { label: string; users: readonly User[] }) {
  return (
    <optgroup label={label}>
      {users.map((user) => (
        <option key={user.name} value={user.name}>
          {user.display} ({user.name})
        </option>
      ))}
    </optgroup>
  );
}
