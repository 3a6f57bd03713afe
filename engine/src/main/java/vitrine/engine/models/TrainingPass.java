package vitrine.engine.models;

import vitrine.engine.hooks.Dropout;
import vitrine.engine.hooks.Saving;

/**
 * How one forward and backward pass of training is done.
 *
 * @param weight what the loss is multiplied by: the share of this pass in an accumulated step
 * @param dropout the rates
 * @param seed which elements are dropped
 * @param saving how the backward pass comes by the forward pass's values
 */
public record TrainingPass(double weight, Dropout dropout, long seed, Saving saving) {}
