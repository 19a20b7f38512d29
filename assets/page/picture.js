// A picture from its text: rows of palette characters, joined by "/".

const PIXEL = 4; // drawn larger than it is, so that a browser has nothing to smooth

/** A canvas; `palette` gives the colour of each character. */
export function drawPicture(text, palette) {
  const rows = text.split("/");
  const canvas = document.createElement("canvas");
  canvas.width = PIXEL * rows[0].length;
  canvas.height = PIXEL * rows.length;
  const pen = canvas.getContext("2d");
  rows.forEach((row, y) => [...row].forEach((character, x) => {
    pen.fillStyle = palette[character] ?? "#000";
    pen.fillRect(PIXEL * x, PIXEL * y, PIXEL, PIXEL);
  }));
  return canvas;
}
