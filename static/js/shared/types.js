/**
 * The shapes of what the server answers; see docs/contracts.md.
 *
 * @typedef {"starting" | "ready" | "stepping" | "playing" | "halted" | "failed"} RunState
 *
 * @typedef {object} Run
 * @property {string} id
 * @property {RunState} state
 * @property {number} step
 * @property {number | null} loss
 * @property {number | null} accuracy
 * @property {number | null} held_out_accuracy
 * @property {number | null} held_out_step
 * @property {number | null} images_per_second
 * @property {number | null} steps_per_second null: flat out
 * @property {number} learning_rate
 * @property {number | null} momentum
 * @property {number} weight_decay
 * @property {boolean} trainable
 * @property {string | null} problem
 * @property {any} recipe resolved, network spelled out
 * @property {string | null} network name of the model
 * @property {string | null} [name] given by people
 * @property {{run: string, step: number | null} | null} [parent] what it was forked from
 * @property {number} [steps] how far it has come
 * @property {number} [restarts] how often it was reset
 * @property {number} revision of two answers of one server the smaller is the older
 * @property {string | null} [kept] after a reset: the run that it was
 * @property {string[] | null} classes
 * @property {number} parameters
 * @property {string} probe
 * @property {{device: string, torch: string, threads: number}} environment
 * @property {Change[]} [interventions] by hand, in order
 * @property {{layer: string, filter: number}[]} [silenced]
 * @property {{layer: string, filter: number}[]} [frozen]
 *
 * @typedef {object} Change
 * @property {number} id
 * @property {number} step
 * @property {string} says
 * @property {number | null} undoes id of the one that it puts back
 *
 * @typedef {Change & {held_out_before: number | null, held_out_after: number | null, ahead?: number, run: Run}} Intervention
 *
 * @typedef {object} Layer
 * @property {number} index
 * @property {string} name
 * @property {string} type
 * @property {Record<string, any>} arguments
 * @property {number[]} input_shape
 * @property {number[]} output_shape
 * @property {number[] | null} weight_shape
 * @property {number[] | null} bias_shape
 * @property {number} parameters
 * @property {string} counted
 * @property {number | null} receptive_field
 *
 * @typedef {object} Predictions
 * @property {string} probe
 * @property {(number | null)[]} logits
 * @property {(number | null)[]} probabilities
 *
 * @typedef {object} Image
 * @property {string} id
 * @property {"test" | "upload"} source
 * @property {number | null} label
 * @property {string | null} class
 * @property {string | null} name
 * @property {number} width
 * @property {number} height
 * @property {boolean} inverted
 * @property {string[]} preprocessing
 *
 * @typedef {object} Model
 * @property {string} name
 * @property {string} title
 * @property {string} description
 * @property {number} parameters
 * @property {any} recipe
 * @property {number[]} input
 * @property {object | null} pretrained
 *
 * @typedef {object} Dataset
 * @property {string} name
 * @property {string} title
 * @property {number[]} shape
 * @property {string[]} classes
 * @property {number} train
 * @property {number} test
 * @property {boolean} available
 * @property {string | null} why
 *
 * @typedef {object} Picture
 * @property {string} id
 * @property {number} label
 * @property {string} class
 */
export {};
