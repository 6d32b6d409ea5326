/** `npm run sbom`: what an installation holds, run-time packages and bundled ones, as CycloneDX (https://cyclonedx.org). */
import { writeBillOfMaterials } from '../test/support/bill-of-materials.ts';

writeBillOfMaterials();
