// What a frame shows. The whole search is drawn once; a step only switches classes on groups that are there already.

/** Plotly writes a trace's uid into the class of its group: that is how a group is found again after every redraw. */
export function nameTraces(data) {
  data.forEach((trace, place) => {
    trace.uid = `layer${place}`;
  });
}

/** The [step, index] at the head of a mark's customdata; nothing for marks that cannot be chosen. */
export function nodeOf(customdata) {
  return customdata && customdata[0] !== null ? customdata.slice(0, 2) : undefined;
}

export class Layers {
  constructor(plot, data) {
    this.plot = plot;
    this.data = data;
    this.frame = null;
    this.nodes = nodesOf(data);
    this.collect();
  }

  /** Finds the groups anew: Plotly makes new ones when it redraws. */
  collect() {
    const byUid = new Map();
    for (const group of this.plot.querySelectorAll(".scatterlayer > .trace")) {
      const uid = [...group.classList].find((name) => name.startsWith("tracelayer"));
      byUid.set(uid?.slice("trace".length), group);
    }
    this.groups = this.data.map((trace) => byUid.get(trace.uid) ?? null);
  }

  show(frame) {
    this.frame = frame;
    this.data.forEach((trace, place) => {
      const group = this.groups[place];
      if (!group || !trace.meta) return;
      group.classList.toggle("layer-out", !this.isShown(place));
      group.classList.toggle("layer-pale", this.isPale(place));
    });
  }

  isShown(place) {
    const meta = this.data[place]?.meta;
    return this.frame === null || !meta || (meta.from <= this.frame && this.frame <= meta.to);
  }

  isPale(place) {
    const fade = this.data[place]?.meta?.fade;
    return this.frame !== null && fade !== undefined && this.frame >= fade;
  }

  find(customdata) {
    return this.nodes.get(nodeOf(customdata)?.join());
  }

  /** The nodes of one step that can be seen now, from top to bottom. */
  inColumn(step) {
    const seen = [...this.nodes.values()].filter(({ node, place }) => node[0] === step && this.isShown(place));
    return seen.sort((a, b) => a.y - b.y);
  }
}

/** Where each node is: [step, index] -> which trace, which point of it. Overlays (no hover) repeat nodes: left out. */
function nodesOf(data) {
  const nodes = new Map();
  data.forEach((trace, place) => {
    if (trace.type !== "scatter" || trace.hoverinfo === "skip") return;
    (trace.customdata ?? []).forEach((customdata, point) => {
      const node = nodeOf(customdata);
      if (node) nodes.set(node.join(), { node, place, point, y: trace.y[point] });
    });
  });
  return nodes;
}
