package dev.halftone.train.torch;

import dev.halftone.graph.UnsupportedModelException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/**
 * Loads libtorch, which computes on one thread: sums run in one order then, and the same seed gives
 * the same bytes on every machine of a kind.
 */
public final class Libtorch {
  /** The only platform whose libraries are shipped. */
  private static final String PLATFORM = "linux-x86_64";

  /** Seconds that the end of the JVM waits for what is being computed. */
  private static final long PATIENCE = 20;

  /** Held by who computes; for good by the end of the JVM. */
  private static final ReentrantLock COMPUTING = new ReentrantLock(true);

  private Libtorch() {}

  private static final class Loaded {
    private static final boolean DONE = load();

    private static boolean load() {
      Runtime.getRuntime().addShutdownHook(new Thread(Libtorch::stop, "libtorch"));
      // Both are measured against the process, which maps files of any size; scopes free tensors.
      System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
      System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
      // With an empty cache the JVM crashes when a torch class unpacks the libraries by itself.
      for (String library : List.of("openblas", "pytorch")) unpack(library);
      torch.set_num_threads(1);
      torch.set_num_interop_threads(1);
      // Products are OpenBLAS's, which starts threads of its own and has them wait in a busy loop.
      openblas_nolapack.blas_set_num_threads(1);
      torch.globalContext().setDeterministicAlgorithms(true, true);
      torch.globalContext().setDeterministicMkldnn(true);
      // Every operator writes all of its result, so that what it begins with need not be filled.
      torch.globalContext().setDeterministicFillUninitializedMemory(false);
      return true;
    }

    private static void unpack(String library) {
      String resource = "/org/bytedeco/%s/%s/".formatted(library, PLATFORM);
      try {
        File[] unpacked = Loader.cacheResources(resource);
        if (unpacked == null || unpacked.length == 0) throw missing("there is no " + resource);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot unpack the libraries of libtorch", e);
      }
    }
  }

  /**
   * Makes libtorch ready; later calls do nothing.
   *
   * @throws UnsupportedModelException if it is not there for this platform
   * @throws UncheckedIOException if its libraries cannot be unpacked into the user's cache
   */
  public static void require() {
    if (!Loader.getPlatform().equals(PLATFORM)) throw missing("this is " + Loader.getPlatform());
    if (!Loaded.DONE) throw missing("it did not load");
  }

  /** Waits for what is computed, and keeps the lock; ends all the same when that takes too long. */
  private static void stop() {
    try {
      boolean unused = COMPUTING.tryLock(PATIENCE, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Work with libtorch, until it is closed. */
  @FunctionalInterface
  public interface Computation extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Begins work that the end of the JVM waits for. When a process exits, libtorch frees its own
   * objects, whoever uses them: a thread that computes would crash. Once the end has begun this
   * does not return.
   */
  public static Computation computing() {
    COMPUTING.lock();
    return COMPUTING::unlock;
  }

  /** Tensors and other native objects that are not freed yet. */
  public static long liveObjects() {
    return Pointer.totalCount();
  }

  private static UnsupportedModelException missing(String why) {
    return new UnsupportedModelException(
        "training",
        "needs libtorch, which comes with Halftone for %s: %s".formatted(PLATFORM, why));
  }
}
