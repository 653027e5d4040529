// Real audio and video, made by ffmpeg for a test.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function av(name, ...args) {
  const dir = mkdtempSync(join(tmpdir(), 'gongqi-av-'));
  try {
    const file = join(dir, name);
    execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args, file], { stdio: ['ignore', 'ignore', 'inherit'] });
    return readFileSync(file);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const picture = (seconds, size) => ['-f', 'lavfi', '-i', `testsrc=d=${seconds}:s=${size}:r=15`];
export const video = (seconds = 2, size = '320x240', ...more) => av('a.mp4', ...picture(seconds, size), '-f', 'lavfi', '-i', `sine=d=${seconds}`, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', ...more);
export const audio = (seconds = 2) => av('a.mp3', '-f', 'lavfi', '-i', `sine=d=${seconds}`, '-c:a', 'libmp3lame');
