/** What a page gets: the levels of the path behind its name, as the site, line, step and machine of /machine/…. */
export interface PageProps {
  readonly levels: readonly string[];
}
