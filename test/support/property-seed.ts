import * as fc from 'fast-check';

/** Properties are tried on the same values each time. LARDER_PROPERTY_SEED tries others. */
fc.configureGlobal({ seed: Number(process.env.LARDER_PROPERTY_SEED ?? 1) });
