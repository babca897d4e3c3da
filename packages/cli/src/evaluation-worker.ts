// The worker process of `dsr agent evaluate`: hands this program's environments and policies to the agent package.
import { runEvaluationWorker } from "@dsr/agent";
import { environmentFactories, policyFactories } from "./registry.js";

runEvaluationWorker({ factories: environmentFactories, policies: policyFactories });
