package dev.boxmill.detr.groundingdino;

/**
 * How the heads of a Grounding DINO differ among its forms.
 *
 * @param scaled whether a score is the product of query and word by the root of their width, and a
 *     learned bias; else it is the product
 * @param oneBox whether all decoder layers have one head for boxes
 * @param oneScore whether they have one bias of scores
 * @param encoderBox whether the encoder's boxes come of that same head too
 */
record GroundingDinoHeads(boolean scaled, boolean oneBox, boolean oneScore, boolean encoderBox) {
  GroundingDinoHeads {
    if (encoderBox && !oneBox) {
      throw new IllegalArgumentException(
          "Invalid two_stage_bbox_embed_share: true (must be false unless"
              + " decoder_bbox_embed_share is true)");
    }
  }

  /**
   * How near to the image's border a box is taken for its last move: of its authors' two code bases
   * each has its own. transformers has 1e-5 for all moves.
   */
  double resultBorder() {
    return scaled ? 1e-5 : 1e-3;
  }
}
