/**
 * `text` without anything a terminal or a page could take for a command: escape sequences and control
 * characters go, tabs become spaces, lines stay.
 */
export function plainText(text: string): string {
  return text
    .replaceAll(ESCAPE_SEQUENCES, '')
    .replaceAll('\t', '    ')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(UNSAFE, '')
}

// CSI (ESC [ … letter), OSC (ESC ] … BEL or ESC \) and two-character escapes, ECMA-48 section 5.
const ESCAPE_SEQUENCES =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g
// C0 without line feed, DEL, C1, and the marks that turn the direction of text around.
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
