import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { INTERVAL_MS, lookAgain } from "./again.js";

const page = Object.assign(new EventTarget(), { visibilityState: "hidden" });
const surroundings = new EventTarget();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", page);
  vi.stubGlobal("addEventListener", surroundings.addEventListener.bind(surroundings));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("an open page looks every quarter of an hour, when it is seen again, and online again", () => {
  const look = vi.fn();
  lookAgain(look);
  expect(look).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2 * INTERVAL_MS);
  expect(look).toHaveBeenCalledTimes(2);
  page.dispatchEvent(new Event("visibilitychange"));
  expect(look).toHaveBeenCalledTimes(2);
  page.visibilityState = "visible";
  page.dispatchEvent(new Event("visibilitychange"));
  surroundings.dispatchEvent(new Event("online"));
  expect(look).toHaveBeenCalledTimes(4);
});
