import { useEffect, useRef } from "preact/hooks";

/** Moves the focus to an element as soon as it appears, since what had it is gone. */
export function useFocus<E extends HTMLElement>() {
  const place = useRef<E>(null);
  useEffect(() => place.current?.focus({ preventScroll: true }), []);
  return place;
}
