/** A user as stored. */
export interface User {
  /** A whole number from 1 on, never given twice. */
  readonly id: number;
  /** In NFKC, in the case in which it was typed. */
  readonly username: string;
  readonly email: string;
  /** Whether the address is this user's alone, so that it leads to the user; absent: yes, unless it is empty. */
  readonly ownsEmail?: boolean;
  /** Absent: yes. Only who signed up while addresses are verified begins without. */
  readonly emailVerified?: false;
  /** The address that takes the place of `email` once it is confirmed. */
  readonly pendingEmail?: string;
  readonly role: string;
  readonly passwordHash: string;
  /** Counts how often the password was changed; absent: never. A new hash of the same password is no change. */
  readonly passwordVersion?: number;
  readonly isActive: boolean;
  /** Epoch seconds. */
  readonly createdAt: number;
  /** Counts how often all sessions were ended at once. A session is live only while its generation is its user's. */
  readonly sessionGeneration: number;
}

/** Whether the address leads to this user and to no other. */
export const ownsEmail = (user: Pick<User, 'email' | 'ownsEmail'>): boolean =>
  user.email !== '' && user.ownsEmail !== false;

export const isEmailVerified = ({ email, emailVerified }: Pick<User, 'email' | 'emailVerified'>): boolean =>
  email === '' || emailVerified !== false;

/** `optional`: users are asked to confirm their address. `required`: and do not get in before. */
export type EmailVerification = 'off' | 'optional' | 'required';

type ShownUser = Pick<User, 'id' | 'username' | 'email' | 'role' | 'emailVerified'>;

/** What the caller is shown of a user, in the contract's order. */
export const toProfile = ({ id, username, email, role }: ShownUser) => ({ id, username, email, role });

/** The same, and whether the address is verified where that matters. */
export const toOwnProfile = (user: ShownUser, verification: EmailVerification) => ({
  ...toProfile(user),
  ...(verification !== 'off' && { email_verified: isEmailVerified(user) }),
});
