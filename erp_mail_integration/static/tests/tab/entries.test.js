import { marked } from "@erp_mail_integration/why/marked";
import { linkify, shortPeople, toEntries } from "@erp_mail_integration/tab/entries";
import { errorText } from "@erp_mail_integration/tab/errors";
import { mailtoHref } from "@erp_mail_integration/document/email_field_patch";

import { describe, expect, test } from "@odoo/hoot";

describe.current.tags("headless");

const row = (id, thread, thread_count) => ({ id, thread, thread_count });
const shape = (entries) => entries.map((entry) => [entry.key, entry.rows.map(({ id }) => id), entry.count]);

test("a conversation stands where its newest mail is, and later pages fill it up", () => {
    const page = [row(9, "b", 3), row(8, "a", 1), row(7, "b", 3)];
    expect(shape(toEntries(page, true))).toEqual([
        ["b", [9, 7], 3],
        ["a", [8], 1],
    ]);
    expect(shape(toEntries([...page, row(2, "b", 3)], true))[0]).toEqual(["b", [9, 7, 2], 3]);
});

test("a mail that arrived after its conversation was counted counts too", () => {
    expect(toEntries([row(9, "a", 1), row(8, "a", 1)], true)[0].count).toBe(2);
});

test("without conversations each mail is a line of its own", () => {
    expect(shape(toEntries([row(9, "a", 2), row(8, "a", 2)], false))).toEqual([
        ["mail-9", [9], 1],
        ["mail-8", [8], 1],
    ]);
});

test("people are named without their addresses, whatever commas their names have", () => {
    expect(shortPeople('"Weber, Anna" <anna@acme.example>, Bob <bob@acme.example>')).toBe("Weber, Anna, Bob");
    expect(shortPeople("info@acme.example, <sales@acme.example>")).toBe("info@acme.example, sales@acme.example");
    expect(shortPeople("")).toBe("");
});

test("web addresses become links without the punctuation of the sentence", () => {
    expect(linkify("See https://a.example/x?y=1, please (http://b.example/).")).toEqual([
        { text: "See " },
        { text: "https://a.example/x?y=1", href: "https://a.example/x?y=1" },
        { text: ", please (" },
        { text: "http://b.example/", href: "http://b.example/" },
        { text: ")." },
    ]);
});

test("nothing but web addresses becomes a link", () => {
    for (const text of ["javascript:alert(1)", "data:text/html,x", "www.a.example", "ftp://a.example"]) {
        expect(linkify(text)).toEqual([{ text }]);
    }
});

test("the words that put a mail here are marked, taken literally", () => {
    const pieces = marked([{ text: "Order [XTREF:S-1] (a+b)" }], ["[xtref:S-1]", "a+b", ""]);
    expect(pieces.filter(({ hit }) => hit).map(({ text }) => text)).toEqual(["[XTREF:S-1]", "a+b"]);
    expect(pieces.map(({ text }) => text).join("")).toBe("Order [XTREF:S-1] (a+b)");
});

test("a link to the mail program has one recipient and one field", () => {
    expect(mailtoHref(" ann@a.example ", "[xtref:S-1]")).toBe("mailto:ann@a.example?subject=%5Bxtref%3AS-1%5D");
    expect(mailtoHref("ann@a.example?bcc=eve@b.example&body=x")).toBe(
        "mailto:ann@a.example%3Fbcc%3Deve@b.example%26body%3Dx"
    );
    expect(mailtoHref("")).toBe(undefined);
});

test("only sentences that were written for people are shown", () => {
    const error = (name, message) => ({ data: { name, message } });
    expect(errorText(error("odoo.exceptions.AccessError", "Not yours."), "It failed.")).toBe("Not yours.");
    expect(errorText(error("psycopg2.errors.UndefinedFunction", "function x()"), "It failed.")).toBe("It failed.");
    expect(errorText(new Error("lost connection"), "It failed.")).toBe("It failed.");
});
