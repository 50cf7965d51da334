import { describe, expect, it } from "vitest";

import { absolute, decimalText, readAmount, shown } from "./money";

const money = (minorUnits: string, currency = "USD", exponent = 2) => ({ minorUnits, currency, exponent });

describe("minor units become decimal text", () => {
  it.each([
    ["0", 2, "0.00"],
    ["5", 2, "0.05"],
    ["-5", 2, "-0.05"],
    ["1050", 2, "10.50"],
    ["7", 0, "7"],
    ["1234", 3, "1.234"],
    ["-100000000000000000001", 2, "-1000000000000000000.01"],
  ])("%s with %i digits is %s", (minorUnits, exponent, text) => {
    expect(decimalText(money(minorUnits, "USD", exponent))).toBe(text);
  });
});

describe("amounts are shown", () => {
  it("digit by digit, beyond what a float can hold", () => {
    expect(shown(money("900719925474099312345"), "auto", "en-US")).toBe("$9,007,199,254,740,993,123.45");
  });

  it("with the digits that the bank says, not those the browser knows", () => {
    expect(shown(money("7", "JPY", 0), "auto", "en-US")).toBe("¥7");
    expect(shown(money("1234", "USD", 3), "auto", "en-US")).toBe("$1.234");
  });

  it("with a plus where a change is meant", () => {
    expect(shown(money("1"), "exceptZero", "en-US")).toBe("+$0.01");
    expect(shown(money("0"), "exceptZero", "en-US")).toBe("$0.00");
    expect(shown(absolute(money("-1")), "auto", "en-US")).toBe("$0.01");
  });
});

describe("typed amounts", () => {
  it.each([
    ["25", 2, "25.00"],
    [" 25.5 ", 2, "25.50"],
    ["007.50", 2, "7.50"],
    [".5", 2, "0.50"],
    ["3.", 2, "3.00"],
    ["7", 0, "7"],
    ["999999999999999999.99", 2, "999999999999999999.99"],
  ])("%j is sent as %s", (typed, digits, text) => {
    expect(readAmount(typed, digits)).toEqual({ is: "amount", text });
  });

  it.each([
    ["", 2],
    [".", 2],
    ["0", 2],
    ["0.00", 2],
    ["-1", 2],
    ["1e3", 2],
    ["1,50", 2],
    ["1.234", 2],
    ["1.5", 0],
    ["１２", 2],
    ["NaN", 2],
    ["1000000000000000000", 2],
  ])("%j is not an amount", (typed, digits) => {
    expect(readAmount(typed, digits).is).toBe("wrong");
  });
});
