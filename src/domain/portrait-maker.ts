/** The longest side of a portrait, in pixels. */
export const PORTRAIT_SIDE = 400;

/** The largest image that may be uploaded, in bytes. */
export const MAX_IMAGE_BYTES = 10_000_000;

/** The media types that an upload may have. */
export const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;

/** One of {@link IMAGE_TYPES}. */
export type ImageType = (typeof IMAGE_TYPES)[number];

/** Makes portraits of images. */
export interface PortraitMaker {
  /**
   * The portrait of an image: fitted into a square of {@link PORTRAIT_SIDE}, its ratio kept, never enlarged, upright as
   * its EXIF says, without metadata.
   * @param image a JPEG, PNG or WebP file, whatever its name says.
   * @returns a WebP file.
   * @throws ShedError `INVALID_INPUT` with the reason, when no portrait can be made of it within the limits of time and
   * memory.
   */
  make(image: Uint8Array): Promise<Uint8Array>;
}
