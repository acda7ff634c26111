import {
  Button,
  createTheme,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  PasswordInput,
  TextInput,
} from '@mantine/core'

/** Greys with a little of the sea in them, from text to the darkest ground. */
const dark: MantineColorsTuple = [
  '#e4ebf0',
  '#c4d0d9',
  '#a5b4bf',
  '#8293a0',
  '#3b4c59',
  '#243039',
  '#1c2831',
  '#10171c',
  '#0e151a',
  '#090e12',
]

/** The kit's look: large enough for fingers, and for phones not to zoom into fields. */
export const theme = createTheme({
  primaryColor: 'cyan',
  // White on it is readable in both schemes.
  primaryShade: 9,
  colors: { dark },
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  respectReducedMotion: true,
  components: {
    Button: Button.extend({ defaultProps: { size: 'md' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'md' } }),
    PasswordInput: PasswordInput.extend({ defaultProps: { size: 'md' } }),
  },
})

/** The kit takes its colours from the style sheet, where both schemes stand side by side. */
export const variables: CSSVariablesResolver = () => {
  const both = {
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--quiet)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-hover': 'var(--sunken)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-default-border': 'var(--line)',
    // What cannot be pressed now may still say why, as the seconds of a wait do.
    '--mantine-color-disabled': 'var(--sunken)',
    '--mantine-color-disabled-color': 'var(--quiet)',
    '--mantine-primary-color-filled-hover': '#095c6b',
  }
  return { variables: {}, light: both, dark: both }
}
