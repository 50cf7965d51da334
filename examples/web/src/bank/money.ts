// Amounts are integers of minor units, or decimal text. None of them ever becomes a floating-point number.
import type { MoneyPartsFragment } from "../gql/graphql";

export type Money = MoneyPartsFragment;

export type Amount = { readonly is: "amount"; readonly text: string } | { readonly is: "wrong"; readonly why: string };

/** What the bank takes (AmountValue in the schema). */
const INTEGER_DIGITS_MAX = 18;
const TYPED = /^(\d*)(?:\.(\d*))?$/;

/** "1050" with two digits after the point is "10.50". */
export function decimalText({ minorUnits, exponent }: Money): `${number}` {
  const minor = BigInt(minorUnits);
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, "0");
  const point = digits.length - exponent;
  const text = exponent ? `${digits.slice(0, point)}.${digits.slice(point)}` : digits;
  return `${minor < 0n ? "-" : ""}${text}` as `${number}`;
}

/** As people write it. `Intl` reads decimal text digit by digit, so nothing is rounded. */
export function shown(money: Money, signDisplay: "auto" | "exceptZero" = "auto", locale?: string): string {
  const { currency, exponent: digits } = money;
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    signDisplay,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(decimalText(money));
}

export function isZero({ minorUnits }: Money): boolean {
  return BigInt(minorUnits) === 0n;
}

export function isNegative({ minorUnits }: Money): boolean {
  return BigInt(minorUnits) < 0n;
}

export function absolute(money: Money): Money {
  return { ...money, minorUnits: money.minorUnits.replace("-", "") };
}

/** What a person typed, as the bank takes it: "007.5" USD is "7.50". */
export function readAmount(typed: string, digitsAfterPoint: number): Amount {
  const found = TYPED.exec(typed.trim());
  const [, whole = "", part = ""] = found ?? [];
  if (!found || whole + part === "") return wrong("Write an amount in digits, with a point for cents, such as 12.50.");
  if (part.length > digitsAfterPoint) return wrong(tooFine(digitsAfterPoint));
  const integer = whole.replace(/^0+(?=.)/, "") || "0";
  if (integer.length > INTEGER_DIGITS_MAX) return wrong("This is more than the bank can count.");
  if (/^0*$/.test(integer + part)) return wrong("The amount must be more than zero.");
  const text = digitsAfterPoint ? `${integer}.${part.padEnd(digitsAfterPoint, "0")}` : integer;
  return { is: "amount", text };
}

function tooFine(digits: number): string {
  return digits ? `At most ${digits} digits after the point.` : "This currency has no digits after the point.";
}

function wrong(why: string): Amount {
  return { is: "wrong", why };
}
