// Words sealed (AES-GCM) with keys that the page of whoever is signed in was given, and nobody else:
// the first seals, any of them opens. Outside a secure context (plain http) a browser has no such
// means, and there is no seal.
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
const way = (nonce, label) => ({ name: "AES-GCM", iv: nonce, additionalData: new TextEncoder().encode(label) });

export function sealOf(keys) {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle || !keys) return null;
  const uses = ["encrypt", "decrypt"];
  const ring = keys.split(" ").map((key) => subtle.importKey("raw", bytes(key), "AES-GCM", false, uses));
  return {
    // The label says whose it is and what of; under another one it does not open.
    async close(words, label) {
      const nonce = crypto.getRandomValues(new Uint8Array(12));
      const plain = new TextEncoder().encode(JSON.stringify(words));
      return [text(nonce), text(await subtle.encrypt(way(nonce, label), await ring[0], plain))];
    },
    async open([nonce, sealed], label) {
      for (const key of ring) {
        try {
          const plain = await subtle.decrypt(way(bytes(nonce), label), await key, bytes(sealed));
          return JSON.parse(new TextDecoder().decode(plain));
        } catch {
          // Another key may open it.
        }
      }
      return null;
    },
  };
}
