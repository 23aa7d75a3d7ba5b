package dev.halftone.data;

/** Opens data of every known kind. */
public final class DataSets {
  private DataSets() {}

  /**
   * Opens the data that was asked for. The first sample is read, so that data that does not fit the
   * model is refused here.
   *
   * @throws dev.halftone.graph.MalformedDataException if a file breaks its format's rules or does
   *     not fit the model
   * @throws RowsException if the rows asked for are no slices, or the data has none of them
   * @throws LabelCountException if labels and samples differ in number
   * @throws java.io.UncheckedIOException if a file is missing or cannot be read
   */
  public static DataSet open(DataRequest request) {
    return new Assembly(request, Requests.describe(request)).assemble();
  }
}
