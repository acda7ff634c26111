/** Where passwords are made and checked; the store keeps only what this returns. */
export interface PasswordKeeper {
  /**
   * What to store for a new password.
   * @throws HubError `invalid` with the rule that the password breaks
   */
  hash(password: string, owner: { readonly name: string }): Promise<string>
}
