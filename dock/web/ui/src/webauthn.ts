// SPDX-License-Identifier: Apache-2.0
// Lets a person's own key sign a decision. The page only carries bytes: the dock makes them, the vault judges the signature.
import { call, type Schemas } from "./api/client";

export type Decision = { decision: "granted"; manner?: "key" | "paper"; from_us: number; until_us: number; uses: number } | { decision: "refused" };

/** The key gave no signature: not confirmed, timed out, or not the person's. */
export class NoSignature extends Error {}

export const bytesOf = (text: string) => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};
export const base64Url = (bytes: ArrayBuffer) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
export const bytesOfHex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

export const canSign = () => window.isSecureContext && typeof PublicKeyCredential === "function";

/** Asks for the bytes to sign, has them signed, hands them over. Throws Problem or NoSignature. */
export async function decide(request: string, decision: Decision): Promise<Schemas["AccessRequest"]> {
  const { approval, public_key } = await call("get", "/api/v1/requests/{id}/approval", { at: { id: request }, query: decision });
  let credential: PublicKeyCredential | null = null;
  try {
    credential = (await navigator.credentials.get({
      publicKey: {
        challenge: bytesOf(public_key.challenge),
        rpId: public_key.rpId,
        timeout: public_key.timeout,
        userVerification: "required",
        allowCredentials: public_key.allowCredentials.map((one) => ({ type: "public-key", id: bytesOf(one.id) })),
      },
    })) as PublicKeyCredential | null;
  } catch {
    throw new NoSignature();
  }
  if (!credential) throw new NoSignature();
  const answer = credential.response as AuthenticatorAssertionResponse;
  return call("post", "/api/v1/requests/{id}/approval", {
    at: { id: request },
    body: {
      approval,
      credential: base64Url(credential.rawId),
      authenticator: base64Url(answer.authenticatorData),
      client: base64Url(answer.clientDataJSON),
      signature: base64Url(answer.signature),
    },
  });
}
