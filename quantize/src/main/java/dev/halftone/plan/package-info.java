/** What will be done to a model, node by node and tensor by tensor, and what came of it. */
@NullMarked
package dev.halftone.plan;

import org.jspecify.annotations.NullMarked;
