/**
 * Split pieces of text further, at the words that are to be highlighted. Plain function.
 *
 * @param {{text: string, href?: string}[]} pieces such as `linkify` returns; links are left whole
 * @param {string[]} words taken literally, whatever their case; empty ones are none
 * @returns {{text: string, href?: string, hit?: boolean}[]}
 */
export function marked(pieces, words) {
    const literals = words.filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    if (!literals.length) {
        return pieces;
    }
    // Every second piece is what the group has matched.
    const expression = new RegExp(`(${literals.join("|")})`, "i");
    return pieces.flatMap((piece) =>
        piece.href
            ? [piece]
            : piece.text
                  .split(expression)
                  .map((text, index) => ({ text, hit: index % 2 === 1 }))
                  .filter(({ text }) => text)
    );
}
