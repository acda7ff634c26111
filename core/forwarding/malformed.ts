/** What is answered to bytes that are no request, by what the parser calls their trouble. */
export function answerTo(trouble: string): { readonly status: number; readonly reason: string } {
  switch (trouble) {
    case 'HPE_HEADER_OVERFLOW':
    case 'TOO_MANY_HEADERS':
      return { status: 431, reason: 'Request Header Fields Too Large' }
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, reason: 'Content Too Large' }
    case 'BAD_VERSION':
    case 'HPE_INVALID_VERSION':
      return { status: 505, reason: 'HTTP Version Not Supported' }
    default:
      return { status: 400, reason: 'Bad Request' }
  }
}
