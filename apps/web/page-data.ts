import { PAGE_DATA_ID, PageData, type PageOf } from '#core/contract/pages.ts'

/** What is shown in place of a page whose data makes no sense, or that cannot be drawn. */
export const damagedPage: PageOf<'error'> = {
  page: 'error',
  status: 500,
  title: 'This page is damaged',
  message: 'The hub and the page do not match. It may have been upgraded at this very moment.',
  hint: 'Load the page again.',
  id: null,
  viewer: null,
  xsrf: '',
  version: '',
  announcement: null,
}

/** What the hub put into the page. Damaged data still gives a page, one that says so. */
export function readPageData(text: string | null): PageData {
  try {
    return PageData.parse(JSON.parse(text ?? ''))
  } catch {
    return damagedPage
  }
}

export function pageDataOf(document: Document): PageData {
  return readPageData(document.querySelector(`#${PAGE_DATA_ID}`)?.textContent ?? null)
}
