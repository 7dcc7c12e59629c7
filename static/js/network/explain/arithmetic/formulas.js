/** Formulas, set by the browser: MathML. */
import { html } from "../../../shared/html.js";

/** @param {any} body */
const math = (body) => html`<math display="block"><mrow>${body}</mrow></math>`;
/** @param {string} name */
const i = (name) => html`<mi>${name}</mi>`;
/** @param {string} sign */
const o = (sign) => html`<mo>${sign}</mo>`;
/** @param {string} text */
const n = (text) => html`<mn>${text}</mn>`;
/** @param {any} over @param {any} under */
const frac = (over, under) => html`<mfrac><mrow>${over}</mrow><mrow>${under}</mrow></mfrac>`;
/** @param {any} base @param {any} sub */
const sub = (base, sub) => html`<msub>${base}<mrow>${sub}</mrow></msub>`;
/** @param {any} base @param {any} power */
const power = (base, power) => html`<msup>${base}<mrow>${power}</mrow></msup>`;

/** The bias, where the layer has one. @param {number | null} bias */
const plusBias = (bias) => (bias === null ? [] : [o("+"), i("b")]);

/** @param {{bias: number | null}} answer */
export const convolutionFormula = ({ bias }) =>
  math([
    html`<mi>y</mi>`,
    o("="),
    html`<munder><mo>∑</mo><mtext>channels, cells</mtext></munder>`,
    html`<mtext>patch</mtext>`,
    o("·"),
    html`<mtext>kernel</mtext>`,
    ...plusBias(bias),
  ]);

/** @param {{bias: number | null}} answer */
export const linearFormula = ({ bias }) =>
  math([
    i("y"),
    o("="),
    html`<munder><mo>∑</mo><mi>i</mi></munder>`,
    sub(i("x"), i("i")),
    o("·"),
    sub(i("w"), i("i")),
    ...plusBias(bias),
  ]);

export const FORMULAS = {
  relu: math([i("y"), o("="), i("max"), o("("), n("0"), o(","), i("x"), o(")")]),
  leaky_relu: math([
    i("y"),
    o("="),
    i("x"),
    html`<mtext> if x ≥ 0, else </mtext>`,
    i("s"),
    o("·"),
    i("x"),
  ]),
  tanh: math([i("y"), o("="), i("tanh"), o("("), i("x"), o(")")]),
  sigmoid: math([i("y"), o("="), frac(n("1"), [n("1"), o("+"), power(i("e"), [o("−"), i("x")])])]),
  softmax: math([
    sub(i("p"), i("i")),
    o("="),
    frac(power(i("e"), [sub(i("z"), i("i")), o("−"), i("max")]), [
      html`<munder><mo>∑</mo><mi>j</mi></munder>`,
      power(i("e"), [sub(i("z"), i("j")), o("−"), i("max")]),
    ]),
  ]),
  batch_norm: math([
    i("y"),
    o("="),
    i("γ"),
    o("·"),
    frac(
      [i("x"), o("−"), i("μ")],
      html`<msqrt>${power(i("σ"), n("2"))}<mo>+</mo><mi>ε</mi></msqrt>`,
    ),
    o("+"),
    i("β"),
  ]),
};

/** The same with numbers in it. @param {Record<string, string>} v input, mean, variance, eps, scale, shift, total */
export const normalisationWith = (v) =>
  math([
    n(v.total),
    o("="),
    n(v.scale),
    o("·"),
    frac(
      [n(v.input), o("−"), n(v.mean)],
      html`<msqrt><mn>${v.variance}</mn><mo>+</mo><mn>${v.eps}</mn></msqrt>`,
    ),
    o("+"),
    n(v.shift),
  ]);

/** e to a difference over a sum. @param {string} exponential @param {string} sum @param {string} total */
export const softmaxWith = (exponential, sum, total) =>
  math([frac(n(exponential), n(sum)), o("="), n(total)]);
