import {
  decideBy,
  EngineError,
  inputScores,
  keyOfCondition,
  scoreOf,
  sourceOf,
  viewKey,
  type Condition,
  type Reconstructed,
  type ScoreName,
  type Values,
} from "../../engine/index.js";
import type { Examine } from "./protocol.js";
import type { ModelPlan, Release } from "./release.js";
import type { Check, Rebuilt, Square } from "./seen.js";
import type { Fit, Models } from "./worker_models.js";

/** One image on its way through the rule: a model runs when its first score is wanted, and once. */
export class Checker {
  /** What the autoencoder made of it; null as long as it did not run. */
  rebuilt: Rebuilt | null = null;
  /** Seconds of all models that ran. */
  seconds = 0;
  private readonly scores = new Map<string, number>();
  private latent: Values | null = null;

  constructor(
    private readonly models: Models,
    private readonly release: Release,
    private readonly given: Examine,
  ) {}

  /**
   * What the rule says, condition by condition, up to the first that does not hold; null without one.
   *
   * Throws UnfitOutput or EngineError.
   */
  async check(): Promise<Check | null> {
    const { rule } = this.release;
    if (!rule) return null;
    const { conditions } = rule;
    let ruling = decideBy({ conditions: [] }, this.scores);
    for (let next = 0; next < conditions.length && ruling.failed === null; next++) {
      await this.score(conditions[next] as Condition);
      ruling = decideBy({ conditions: conditions.slice(0, next + 1) }, this.scores);
    }
    const scored = conditions.map((condition) => {
      return { condition, score: this.scores.get(keyOfCondition(condition)) ?? null };
    });
    const deciding = scored[ruling.failed ?? scored.length - 1];
    if (!deciding) throw new EngineError("internal", "a rule without a condition");
    const accepted = ruling.failed === null;
    return { accepted, reason: ruling.reason, scored, deciding, known: rule.in_distribution };
  }

  /** Runs the autoencoder, where the release has one and it did not run yet. */
  async rebuild(): Promise<void> {
    const { autoencoder: plan } = this.release;
    if (!plan || this.rebuilt) return;
    const input = this.given.autoencoder;
    if (!input) throw new EngineError("internal", `no input was prepared for ${plan.id}`);
    const image = squareOf(plan, input);
    const { output } = await this.run(plan, input);
    const has = plan.signature.outputs.some(({ name }) => name === "latent");
    this.rebuilt = { image, reconstruction: squareOf(plan, output("reconstruction")) };
    this.latent = has && this.wants("latent") ? output("latent") : null;
  }

  private wants(score: Condition["score"]): boolean {
    return this.release.rule?.conditions.some((one) => one.score === score) ?? false;
  }

  private async score(condition: Condition): Promise<void> {
    const { score } = condition;
    if (this.scores.has(keyOfCondition(condition))) return;
    if (score === "shorter_side") this.scores.set(score, this.given.shorterSide);
    else if (score === "view") await this.look();
    else if (score === "mean_level" || score === "contrast") this.measure();
    else if (sourceOf(condition) === "autoencoder") await this.compare(score as ScoreName);
  }

  private async look(): Promise<void> {
    const { view: plan } = this.release;
    const input = this.given.view;
    if (!plan || !input) throw new EngineError("internal", "no input was prepared for the view");
    const probabilities = (await this.run(plan, input)).output("probabilities");
    plan.labels.forEach((label, i) => this.scores.set(viewKey(label), probabilities[i] ?? NaN));
  }

  private measure(): void {
    const { view: plan } = this.release;
    const input = this.given.view;
    if (!plan || !input) throw new EngineError("internal", "no input was prepared for the view");
    const { low, high } = plan.preprocess;
    const found = inputScores(floats(squareOf(plan, input)), low, high);
    for (const [name, value] of Object.entries(found)) this.scores.set(name, value);
  }

  private async compare(score: ScoreName): Promise<void> {
    await this.rebuild();
    if (!this.rebuilt) throw new EngineError("internal", "no autoencoder gives the score");
    const latent = Float32Array.from(this.latent ?? []);
    this.scores.set(score, scoreOf(score, pairOf(this.rebuilt), latent));
  }

  private async run(plan: ModelPlan, input: Float32Array): Promise<Fit> {
    const found = await this.models.run(plan, inputOf(plan, input));
    this.seconds += found.seconds;
    return found;
  }
}

/** A model's first input, by its name. */
export function inputOf({ signature }: ModelPlan, input: Float32Array): Map<string, Values> {
  return new Map([[signature.inputs[0]?.name ?? "", input]]);
}

/** The first channel of a model's square input or output, in a buffer of its own. */
export function squareOf({ preprocess }: ModelPlan, values: Values): Square {
  const { channels, size: side, low, high } = preprocess;
  const count = values.length === channels * side * side ? channels : 1;
  const size = Math.round(Math.sqrt(values.length / count));
  return { size, values: values.slice(0, size * size), low, high };
}

function pairOf({ image, reconstruction }: Rebuilt): Reconstructed {
  const [width, height] = [image.size, image.size];
  return { width, height, image: floats(image), reconstruction: floats(reconstruction) };
}

function floats({ values }: Square): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values);
}
