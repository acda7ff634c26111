/** Words that common passwords are made of; whatever digits and signs stand around them, they are guessed first. */
const WORDS = new Set(
  `password passwort passw0rd motdepasse contrasena wachtwoord letmein welcome willkommen bienvenue administrator admin
  administrateur changeme changemenow default iloveyou princess sunshine football baseball basketball superman batman
  dragon monkey shadow master trustno whatever starwars pokemon qwerty qwertyuiop qwertyui qwertz qwertzuiop azerty azertyuiop
  asdfgh asdfghjkl asdf zxcvbn zxcvbnm yxcvbnm abcdef abcdefg abcdefgh abcdefghi abcdefghij abcd abc test testing tester
  secret secretpassword geheim hello helloworld computer internet jupyter jupyterhub jupyterlab notebook bulkhead student
  students teacher professor university college school summer winter spring autumn login master killer freedom michael jordan
  charlie jennifer ashley nothing access mustang flower passpass passphrase mypassword thisismypassword correcthorsebatterystaple
  letmeinplease opensesame iamroot root toor user guest temp temporary example sample`.split(/\s+/),
)

const ROWS = [
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  'abcdefghijklmnopqrstuvwxyz',
  '1qaz2wsx3edc4rfv5tgb6yhn',
  '1q2w3e4r5t6y7u8i9o0p',
]

/** Letters as people write them with digits and signs. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/**
 * Whether the password is one of the patterns that are tried first: a common word with digits or signs around it, the same
 * with look-alikes, a common word twice, digits alone that run up or down, or a run of keys.
 */
export function isCommonPassword(password: string): boolean {
  const lower = password.toLowerCase()
  const plain = Array.from(lower)
    .map((char) => LOOKALIKES[char] ?? char)
    .join('')
  return (
    [lower, plain].some((text) => isWord(core(text))) ||
    isWord(
      core(
        Array.from(core(lower))
          .map((char) => LOOKALIKES[char] ?? char)
          .join(''),
      ),
    ) ||
    isRun(lower)
  )
}

const core = (text: string) => text.replaceAll(/^[^a-z]+|[^a-z]+$/g, '')

function isWord(text: string): boolean {
  if (WORDS.has(text)) return true
  const half = text.slice(0, text.length / 2)
  return text.length % 2 === 0 && half + half === text && WORDS.has(half)
}

function isRun(text: string): boolean {
  const backwards = Array.from(text).toReversed().join('')
  return (
    ROWS.some((row) => row.includes(text) || row.includes(backwards)) || /^(.{1,4})\1+$/.test(text)
  )
}
