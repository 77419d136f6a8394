/** Where every function runs; the Hosting rewrites in `firebase.json` name it too. */
export const REGION = "us-central1";
