/// <reference lib="deno.worker" />

// The others of crowd.ts: four clients who ask again and again, in a thread of their own.

const askers = 4;

self.onmessage = async ({ data }: MessageEvent<{ url: string; authorization: string; seconds: number }>) => {
  const { url, authorization, seconds } = data;
  const end = performance.now() + seconds * 1_000;
  const waits: number[] = [];
  await Promise.all(Array.from({ length: askers }, async () => {
    while (performance.now() < end) {
      const start = performance.now();
      const response = await fetch(url, { headers: { authorization } });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`${url} answered ${response.status}`);
      waits.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }));
  self.postMessage(waits);
};
