// Exits 0 when the server has decided at least one breach and one post in order.
try {
  for (const outcome of ["breach", "no_breach"]) {
    const answer = await fetch(`${process.env.BASE_URL}/api/v1/decisions?outcome=${outcome}`);
    if (!answer.ok || (await answer.json()).decisions.length === 0) process.exit(1);
  }
} catch {
  process.exit(1);
}
