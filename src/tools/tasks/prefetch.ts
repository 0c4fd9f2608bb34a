import { dbmatePackage } from "../dbmate_package.ts";
import { npmFile } from "../../hosts/deno/npm_file.ts";

// Downloads what `migrate` would download at its first use; for images that run offline.
await npmFile(dbmatePackage(), "bin/dbmate");
