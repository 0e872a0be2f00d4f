/** Line drawings on a 24 × 24 grid. */
const PATHS = {
  add: "M12 5v14M5 12h14",
  camera: "M4 8h3l2-3h6l2 3h3v11H4zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6L6 18",
  contrast: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  crop: "M7 2v15h15M2 7h15v15",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  folder: "M3 6h6l2 2.5h10V19H3z",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7.5v.5",
  invert: "M4 4h16v16H4zM4 20L20 4",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  mirror: "M12 3v18M9 7L3 18h6zM15 7l6 11h-6z",
  negative: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 4v16M12 8h3M12 12h7M12 16h5",
  minus: "M5 12h14",
  move: "M12 3v18M3 12h18M9 6l3-3 3 3M9 18l3 3 3-3M6 9l-3 3 3 3M18 9l3 3-3 3",
  pause: "M8 5v14M16 5v14",
  play: "M7 5l12 7-12 7z",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  reset: "M4 5v5h5M4.5 10a8 8 0 1 1-.4 4",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
  turnLeft: "M4 5v5h5M4.5 10a8 8 0 1 1 1.5 7",
  turnRight: "M20 5v5h-5M19.5 10a8 8 0 1 0-1.5 7",
  upload: "M12 16V5M7 9.5L12 4.5l5 5M5 20h14",
  warning: "M12 4L2.8 20h18.4zM12 10v5M12 17.3v.2",
} as const;

export type IconName = keyof typeof PATHS;

/** A drawing beside words, or in a button that has a name of its own. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
