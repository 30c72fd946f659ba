/** What the endpoints take and answer. `test/client/api.test.ts` holds it against their definitions. */

export interface User {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  readonly role: string;
}

/** `email_verified` is there where the deployment verifies addresses. */
export interface Profile extends User {
  readonly email_verified?: boolean;
}

export interface SignupFields {
  readonly username: string;
  readonly email: string;
  readonly password: string;
  /** The deployment's first open role, unless given. */
  readonly role?: string;
}

export interface LoginFields {
  readonly username: string;
  readonly password: string;
}

export interface SignedUp {
  /** Whether the user is signed in. Where addresses have to be verified first, the user is not. */
  readonly isSignedIn: boolean;
  /** Absent if the answer was lost, and only the login after it showed that the user was created: `me` has it. */
  readonly user: User | undefined;
}

/** `id` is for `endSession`; times are ISO 8601. */
export interface ListedSession {
  readonly id: string;
  readonly created_at: string;
  readonly last_refreshed_at: string | null;
  /** When the session ends unless it is refreshed. */
  readonly expires_at: string;
  readonly device: string;
  readonly current: boolean;
}

export interface SetPasswordFields {
  readonly current_password: string;
  readonly new_password: string;
  readonly re_new_password?: string;
}

export interface SetUsernameFields {
  readonly new_username: string;
  readonly current_password: string;
}

export interface UpdateEmailFields {
  readonly email: string;
  readonly current_password: string;
}

export interface DeleteMeFields {
  readonly current_password: string;
}

/** Of a message's link. */
export interface LinkFields {
  readonly uid: string;
  readonly token: string;
}

/** Of a message's code. */
export interface CodeFields {
  readonly email: string;
  readonly code: string;
}

export interface NewPasswordFields {
  readonly new_password: string;
  readonly re_new_password?: string;
}

export interface EmailFields {
  readonly email: string;
}

export interface Export {
  readonly exported_at: string;
  /** The form of the export; a change that a reader could trip over gets another number. */
  readonly format: number;
  readonly user: User & {
    readonly created_at: string;
    readonly email_verified: boolean;
    readonly pending_email?: string;
    readonly is_active: boolean;
    readonly imported: Readonly<Record<string, unknown>>;
  };
  readonly sessions: readonly ListedSession[];
  readonly pending: readonly { readonly purpose: string; readonly expires_at: string }[];
}
