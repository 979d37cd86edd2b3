package dev.boxmill.job.session;

import dev.boxmill.detr.DetectedBatch;
import dev.boxmill.detr.Detector;
import dev.boxmill.detr.image.ResizedPicture;
import dev.boxmill.refiners.spi.FeatureMap;
import dev.boxmill.refiners.spi.FeatureMaps;
import dev.boxmill.refiners.spi.ImageBatch;
import dev.boxmill.refiners.spi.RefinerChain;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.Refiners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The detector of one device, loaded once and kept for the life of the executor's JVM, with the
 * refiners behind it and the threads that read and decode images ahead of it. The tasks of the
 * executor share it.
 *
 * <p>Threads are made once and kept: PyTorch keeps state for each thread, which short-lived ones
 * would leak.
 */
final class ResidentDetector {
  private static final Map<Key, ResidentDetector> RESIDENT = new ConcurrentHashMap<>();
  private static final int CPU_BATCH = 1;
  private static final int GPU_BATCH = 16;
  private static final String THREADS_PROPERTY = "ai.djl.pytorch.num_threads";

  private record Key(DetectorJob job, Device device) {}

  private final DetectorJob job;
  private final Device device;
  private final Detector detector;
  private final RefinerChain refiners;
  private final Semaphore forwards;
  private final ExecutorService readers;
  private final int readersPerTask;

  private ResidentDetector(DetectorJob job, Device device, ExecutorSlot slot) {
    this.job = job;
    this.device = device;
    Path directory = DetectorDirectory.local(job.model(), slot.hadoop());
    this.detector = Detector.load(directory, device, job.precision());
    this.refiners = openRefiners(directory);
    boolean cpu = device.kind() == Device.Kind.CPU;
    this.forwards = new Semaphore(cpu ? slot.concurrentTasks() : 1, true);
    this.readersPerTask = cpu ? slot.cores() : Math.max(2, processors() / slot.concurrentTasks());
    this.readers = readers(readersPerTask * slot.concurrentTasks());
  }

  /**
   * The detector of that job and device in this JVM; the first task to ask loads it while the
   * others wait.
   */
  static ResidentDetector of(DetectorJob job, ExecutorSlot slot) {
    Device device =
        slot.gpuAddresses().isEmpty()
            ? Device.cpu()
            : Device.cuda(Integer.parseInt(slot.gpuAddresses().get(0)));
    useThreads(slot);
    return RESIDENT.computeIfAbsent(
        new Key(job, device), key -> new ResidentDetector(job, device, slot));
  }

  /** One forward pass per task and that many threads in each, so that no core waits for another. */
  private static void useThreads(ExecutorSlot slot) {
    if (System.getProperty(THREADS_PROPERTY) == null) {
      System.setProperty(THREADS_PROPERTY, String.valueOf(slot.cores()));
    }
  }

  Detector detector() {
    return detector;
  }

  ExecutorService readers() {
    return readers;
  }

  float minScore() {
    return job.minScore();
  }

  /** Images that go through the network together. */
  int batchImages() {
    return device.kind() == Device.Kind.CPU ? CPU_BATCH : GPU_BATCH;
  }

  /**
   * Images that a task may hold, from the read of their bytes to their rows: what bounds its
   * memory.
   */
  int imagesInFlight() {
    return 2 * batchImages() + readersPerTask;
  }

  /**
   * Detections after all refiners, for each image.
   *
   * @param resized of one exact size; left open
   */
  List<List<Detection>> detections(List<ResizedPicture> resized) {
    forwards.acquireUninterruptibly();
    try (DetectedBatch batch = detector.detect(resized, job.minScore(), job.topK())) {
      return refined(batch, resized);
    } finally {
      forwards.release();
    }
  }

  private List<List<Detection>> refined(DetectedBatch batch, List<ResizedPicture> resized) {
    if (refiners.isEmpty()) {
      return batch.detections();
    }
    List<FeatureMap> levels = new ArrayList<>();
    for (int i = 0; i < batch.features().size(); i++) {
      levels.add(new FeatureMap(detector.featureStrides().get(i), batch.features().get(i)));
    }
    List<ImageSize> sizes = resized.stream().map(ResizedPicture::original).toList();
    FeatureMaps features = new FeatureMaps(resized.get(0).size(), levels);
    synchronized (refiners) {
      return refiners.refine(new ImageBatch(sizes, batch.detections(), features));
    }
  }

  private RefinerChain openRefiners(Path directory) {
    try {
      return Refiners.find().open(job.chain(), context(directory));
    } catch (RuntimeException e) {
      detector.close();
      throw e;
    }
  }

  private RefinerContext context(Path directory) {
    return new RefinerContext(
        detector.labels(),
        device,
        job.precision().on(device),
        detector.featureChannels(),
        Optional.of(directory));
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static ExecutorService readers(int threads) {
    AtomicInteger number = new AtomicInteger();
    return Executors.newFixedThreadPool(
        threads,
        work -> {
          Thread thread = new Thread(work, "boxmill-reader-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }
}
