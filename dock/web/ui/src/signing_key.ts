// SPDX-License-Identifier: Apache-2.0
// A person's own signing key: made in their authenticator; the agency appoints it with the file that is saved here.
import type { Schemas } from "./api/client";
import { base64Url, bytesOf, bytesOfHex, NoSignature } from "./webauthn";

/** What `liuhen enroll approver --page` reads; nothing in it is secret. */
export interface KeyFile {
  person: string;
  credential: string;
  key: string;
  rp: string;
  origin: string;
}

/** Has an authenticator make a key that signs after its holder was verified. Throws NoSignature. */
export async function makeKey(me: Schemas["Me"]): Promise<KeyFile> {
  let credential: PublicKeyCredential | null = null;
  try {
    credential = (await navigator.credentials.create({
      publicKey: {
        challenge: crypto.getRandomValues(new Uint8Array(32)), // nobody looks at it: the agency's root vouches for the key
        rp: { id: location.hostname, name: "liuhen" },
        user: { id: bytesOfHex(me.person), name: me.work_number, displayName: me.name },
        pubKeyCredParams: [{ type: "public-key", alg: -7 }], // ES256, the one that a vault takes
        authenticatorSelection: { userVerification: "required", residentKey: "discouraged" },
        attestation: "none",
        timeout: 120000,
      },
    })) as PublicKeyCredential | null;
  } catch {
    throw new NoSignature();
  }
  const key = (credential?.response as AuthenticatorAttestationResponse | undefined)?.getPublicKey();
  if (!credential || !key) throw new NoSignature();
  return { person: me.person, credential: base64Url(credential.rawId), key: base64Url(key), rp: location.hostname, origin: location.origin };
}

/** SHA-256 of the key's point, as `liuhen enroll approver` prints it; in groups of four, for the eye. */
export async function keyHash(file: KeyFile): Promise<string> {
  const point = bytesOf(file.key).slice(-65);
  const hash = [...new Uint8Array(await crypto.subtle.digest("SHA-256", point))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return (hash.match(/.{4}/g) ?? []).join(" ");
}

/** Saves it as a file of the browser's downloads. */
export function save(file: KeyFile, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(file, null, 1)}\n`], { type: "application/json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
