import { PAGE_DATA_ID, PageData } from '#core/contract/pages.ts'

/** What the hub put into the page. Damaged data still gives a page, one that says so. */
export function readPageData(text: string | null): PageData {
  try {
    return PageData.parse(JSON.parse(text ?? ''))
  } catch {
    return {
      page: 'error',
      status: 500,
      title: 'This page is damaged',
      message:
        'The hub and the page do not fit together. It may have been upgraded in this moment.',
      hint: 'Load the page again.',
      id: null,
      viewer: null,
      xsrf: '',
      version: '',
    }
  }
}

export function pageDataOf(document: Document): PageData {
  return readPageData(document.querySelector(`#${PAGE_DATA_ID}`)?.textContent ?? null)
}
