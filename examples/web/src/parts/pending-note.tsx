// Reminds of a transfer whose outcome is not known yet.
import { shown } from "../bank/money";
import { addressOf } from "../route";
import { useBank } from "./bank-context";

export function PendingNote() {
  const wish = useBank().pending.read();
  if (!wish) return null;
  return (
    <p className="alert open" role="status">
      We do not know yet whether your transfer of {shown(wish.amount)} to {wish.to} was made.{" "}
      <a href={addressOf({ screen: "transfer", sourceId: null })}>Find out</a>
    </p>
  );
}
