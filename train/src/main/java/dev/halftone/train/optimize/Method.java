package dev.halftone.train.optimize;

/** How a step follows from gradients. */
public enum Method {
  /** Kingma and Ba, arXiv 1412.6980, algorithm 1, with decay added to the gradient. */
  ADAM,
  /** Loshchilov and Hutter, arXiv 1711.05101, algorithm 2: decay apart from the gradient. */
  ADAMW,
  /** Stochastic gradient descent with a momentum of 0.9. */
  SGD
}
