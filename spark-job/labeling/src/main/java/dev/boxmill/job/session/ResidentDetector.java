package dev.boxmill.job.session;

import dev.boxmill.detr.DetectedBatch;
import dev.boxmill.detr.Detector;
import dev.boxmill.detr.FeatureMapBatch;
import dev.boxmill.detr.preprocess.ResizedPicture;
import dev.boxmill.image.DecodeBudget;
import dev.boxmill.image.Decoding;
import dev.boxmill.image.ImageDecoder;
import dev.boxmill.image.Picture;
import dev.boxmill.image.Region;
import dev.boxmill.image.RegionReading;
import dev.boxmill.image.ScaledReading;
import dev.boxmill.image.UnreadableImageException;
import dev.boxmill.job.tiles.Tiling;
import dev.boxmill.refiners.spi.ImageBatch;
import dev.boxmill.refiners.spi.RefinerChain;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.Refiners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.TorchScriptException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The detector of one device, loaded once and kept for the life of the executor's JVM, with the
 * refiners behind it and the threads that read and decode images ahead of it. The tasks of the
 * executor share it.
 *
 * <p>Threads are made once and kept: PyTorch keeps state for each thread, which short-lived ones
 * would leak.
 */
public final class ResidentDetector {
  private static final Map<Key, ResidentDetector> RESIDENT = new HashMap<>();

  /** While the host reads one batch's results, a GPU computes the next. */
  private static final int GPU_PASSES = 2;

  /** Of tiles that go through the network together, where tasks' batches are smaller. */
  private static final int PIXELS_OF_TILES = 640 * 640;

  private static final int MOST_TILES = 16;

  /** How many threads PyTorch computes with: read by DJL when it loads. */
  public static final String THREADS_PROPERTY = "ai.djl.pytorch.num_threads";

  private record Key(DetectorJob job, Device device) {}

  private final DetectorJob job;
  private final Device device;
  private final Detector detector;
  private final ImageDecoder decoder;
  private final DecodeBudget budget;
  private final Optional<Path> directory;
  private final Semaphore forwards;
  private final int batchImages;
  private final ShapeBuckets buckets;
  private final Queue<RefinerChain> idleRefiners = new ConcurrentLinkedQueue<>();
  private final ExecutorService readers;
  private final int readersPerTask;
  private int users;

  private ResidentDetector(DetectorJob job, Device device, ExecutorSlot slot) {
    this.job = job;
    this.device = device;
    Path local = DetectorLocation.local(job.model(), slot.hadoop());
    this.directory = DetectorLocation.directory(local);
    this.detector = Detector.load(local, job.options(), device, job.precision());
    this.decoder = new ImageDecoder(job.maxPixels());
    this.budget = new DecodeBudget(Math.max(job.maxPixels(), ImageDecoder.DEFAULT_PIXEL_LIMIT));
    openFirstRefiners();
    this.batchImages = Math.max(slot.batchImages(), tilesTogether());
    this.buckets = new ShapeBuckets(batchImages);
    boolean cpu = device.kind() == Device.Kind.CPU;
    this.forwards = new Semaphore(cpu ? slot.concurrentTasks() : GPU_PASSES, true);
    this.readersPerTask = cpu ? slot.cores() : Math.max(2, processors() / slot.concurrentTasks());
    this.readers = readers(readersPerTask * slot.concurrentTasks(), detector);
  }

  /** Small tiles keep a core no busier than the calls around them: some are one picture's worth. */
  private int tilesTogether() {
    if (!job.tiling().isOn()) {
      return 1;
    }
    ImageSize tile = detector.resized(new ImageSize(job.tiling().side(), job.tiling().side()));
    return Math.min(MOST_TILES, PIXELS_OF_TILES / Math.max(1, tile.width() * tile.height()));
  }

  /**
   * The detector of that job and device in this JVM, held until {@link #release}; the first task to
   * ask loads it while the others wait. Another job's detector on the device is freed once no task
   * holds it.
   */
  static ResidentDetector hold(DetectorJob job, ExecutorSlot slot) {
    Key key = new Key(job, slot.device());
    useThreads(slot);
    synchronized (RESIDENT) {
      RESIDENT.values().removeIf(other -> !other.key().equals(key) && other.freeIfIdle(key));
      ResidentDetector resident = RESIDENT.get(key);
      if (resident == null) {
        resident = new ResidentDetector(job, key.device(), slot);
        RESIDENT.put(key, resident);
      }
      resident.users++;
      return resident;
    }
  }

  /** Called once by each task that held it. It stays loaded for the next task of its job. */
  public void release() {
    synchronized (RESIDENT) {
      users--;
    }
  }

  private Key key() {
    return new Key(job, device);
  }

  private boolean freeIfIdle(Key newcomer) {
    if (users > 0 || !device.equals(newcomer.device())) {
      return false;
    }
    readers.shutdown();
    idleRefiners.forEach(ClosedRefiners::close);
    detector.close();
    return true;
  }

  /** One forward pass per task and that many threads in each, so that no core waits for another. */
  public static void useThreads(ExecutorSlot slot) {
    if (System.getProperty(THREADS_PROPERTY) == null) {
      System.setProperty(THREADS_PROPERTY, String.valueOf(slot.cores()));
    }
  }

  public Detector detector() {
    return detector;
  }

  /**
   * Decodes an image once its pixels fit in memory beside those of other images.
   *
   * @param use what is done with the picture, which is in memory until it returns
   * @throws UnreadableImageException if the bytes are no picture, or have more pixels than the run
   *     allows
   */
  public <T> T decode(byte[] file, StageTimes times, Function<Picture, T> use)
      throws UnreadableImageException {
    ImageSize size = decoder.declaredSize(file);
    return budget.decode(
        size, () -> use.apply(times.time(Stage.DECODE, () -> decoder.decode(file))));
  }

  /**
   * A whole image as the network takes it, decoded as the job says once its pixels fit in memory
   * beside those of other images; the caller closes it.
   *
   * @throws UnreadableImageException as {@link #decode} does
   */
  ResizedPicture resize(byte[] file, StageTimes times) throws UnreadableImageException {
    if (job.decoding() == Decoding.FULL) {
      return decode(
          file, times, picture -> times.time(Stage.RESIZE, () -> detector.resize(picture)));
    }
    ScaledReading reading = decoder.scaled(file, detector::resized);
    return budget.decode(
        reading.reduced(),
        () -> {
          Picture picture = times.time(Stage.DECODE, reading::read);
          return times.time(Stage.RESIZE, () -> detector.resize(picture, reading.size()));
        });
  }

  /** An image file to decode by the regions that the job cuts pictures into. */
  RegionReading regions(byte[] file) throws UnreadableImageException {
    return decoder.regions(file, job.tiling().mostRows());
  }

  /**
   * Decodes regions once their rows fit in memory beside those of other images.
   *
   * @param use what is done with each
   * @throws UnreadableImageException if the file is damaged, perhaps after some regions
   */
  void decode(
      RegionReading reading, List<Region> regions, StageTimes times, RegionReading.Visitor use)
      throws UnreadableImageException {
    budget.decode(
        reading.atOnce(),
        () -> {
          DecodeClock clock = new DecodeClock(times);
          reading.read(regions, clock.paused(use));
          clock.stop();
          return null;
        });
  }

  /** How pictures are cut. */
  Tiling tiling() {
    return job.tiling();
  }

  /** Boxes that a row keeps at most. */
  int mostBoxes() {
    return job.topK() == DetectorJob.CHECKPOINT_TOP_K ? Integer.MAX_VALUE : job.topK();
  }

  public ExecutorService readers() {
    return readers;
  }

  float minScore() {
    return job.minScore();
  }

  /** Images that go through the network together. */
  int batchImages() {
    return batchImages;
  }

  /** Where images of all tasks wait for company. */
  ShapeBuckets buckets() {
    return buckets;
  }

  /**
   * Images that a task may hold, from the read of their bytes to their rows: what bounds its
   * memory.
   */
  public int imagesInFlight() {
    return 2 * batchImages + readersPerTask;
  }

  /** The device that it lies on. */
  public Device device() {
    return device;
  }

  /** A labeler for one task; closing it releases this once. */
  ImageLabeler labeler(StageTimes times) {
    return PipelinedLabeler.detecting(this, times, resized -> detections(resized, times));
  }

  /**
   * The same with another network, which gets the pictures as this detector resizes them: to
   * measure what feeds a device. The caller goes on to hold this.
   */
  public ImageLabeler labeler(StageTimes times, BatchNetwork network) {
    synchronized (RESIDENT) {
      users++;
    }
    return PipelinedLabeler.detecting(this, times, network);
  }

  /**
   * Detections after all refiners, for each image.
   *
   * @param resized of one exact size; left open
   */
  List<List<Detection>> detections(List<ResizedPicture> resized, StageTimes times) {
    return forward(
        resized,
        job.minScore(),
        times,
        result -> times.time(Stage.REFINERS, () -> refined(result.found())));
  }

  /**
   * Detections that were made before, after all refiners, for each image. Only the detector's
   * backbone runs.
   *
   * @param candidates of each picture
   * @param resized of one exact size; left open
   */
  List<List<Detection>> refine(
      List<List<Detection>> candidates, List<ResizedPicture> resized, StageTimes times) {
    return inTurn(
        times,
        () -> {
          try (FeatureMapBatch seen = times.time(Stage.NETWORK, () -> detector.features(resized))) {
            ImageBatch found = RefinerInput.of(detector, seen.features(), candidates, resized);
            return times.time(Stage.REFINERS, () -> refined(found));
          }
        });
  }

  /**
   * A forward pass over a batch.
   *
   * @param batch what the queries say
   * @param found what refiners get
   */
  public record ForwardResult(DetectedBatch batch, ImageBatch found) {}

  /**
   * Runs the network on a batch; no refiner takes part.
   *
   * @param resized of one exact size; left open
   * @param minScore only detections above it are kept
   * @param use what is done with the result, which is freed after it
   */
  public <T> T forward(
      List<ResizedPicture> resized, float minScore, Function<ForwardResult, T> use) {
    return forward(resized, minScore, new StageTimes(), use);
  }

  private <T> T forward(
      List<ResizedPicture> resized,
      float minScore,
      StageTimes times,
      Function<ForwardResult, T> use) {
    return inTurn(
        times,
        () -> {
          try (DetectedBatch batch =
              times.time(Stage.NETWORK, () -> detector.detect(resized, minScore, job.topK()))) {
            return use.apply(new ForwardResult(batch, RefinerInput.of(detector, batch, resized)));
          }
        });
  }

  /** Waits until the device has room for another batch. */
  private <T> T inTurn(StageTimes times, Supplier<T> work) {
    long asked = System.nanoTime();
    forwards.acquireUninterruptibly();
    times.addSince(Stage.WAIT_FOR_DEVICE, asked);
    try {
      return work.get();
    } catch (RuntimeException | Error fault) {
      settle(fault);
      throw fault;
    } finally {
      forwards.release();
    }
  }

  /** What failed half-way may still be at work on pictures that are freed next. */
  private void settle(Throwable fault) {
    try {
      detector.waitForDevice();
    } catch (RuntimeException lost) {
      fault.addSuppressed(lost);
    }
  }

  private List<List<Detection>> refined(ImageBatch found) {
    if (job.chain().isEmpty()) {
      return found.detections();
    }
    RefinerChain refiners = idleRefiners.poll();
    if (refiners == null) {
      refiners = openRefiners();
    }
    try {
      return refiners.refine(found);
    } finally {
      idleRefiners.add(refiners);
    }
  }

  /** Loads the first chain with the detector, so that a refiner that can't work stops the task. */
  private void openFirstRefiners() {
    try {
      idleRefiners.add(openRefiners());
    } catch (RuntimeException e) {
      detector.close();
      throw e;
    }
  }

  /** A chain serves one forward pass at a time; there are as many as passes run at once. */
  private RefinerChain openRefiners() {
    return Refiners.find().open(job.chain(), context());
  }

  /** What a refiner of this detector is told. */
  public RefinerContext context() {
    return new RefinerContext(
        detector.classNames(),
        device,
        job.precision().on(device),
        detector.featureChannels(),
        directory,
        Optional.of(job.detectorSha256()));
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static ExecutorService readers(int threads, Detector detector) {
    AtomicInteger number = new AtomicInteger();
    return Executors.newFixedThreadPool(
        threads,
        work -> {
          Thread thread =
              new Thread(() -> read(work, detector), "boxmill-reader-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  private static void read(Runnable work, Detector detector) {
    try {
      detector.beginResizing();
    } catch (TorchScriptException unusable) {
      // Work that needs the device fails with the same fault, and says whose it is.
    }
    work.run();
  }
}
