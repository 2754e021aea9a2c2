//! Owns how a run that fails is made small: it leaves out steps, many at a time and then one by one, and makes the rest
//! simpler, as long as it still fails (delta debugging; Zeller, Hildebrandt: Simplifying and Isolating Failure-Inducing
//! Input, 2002).

use crate::sim::{Plan, World};

/// How many runs it may take.
const RUNS_MAX: usize = 20_000;

/// Returns the smallest run that was found to fail, if `plan` does.
#[must_use]
pub fn shrink(plan: &Plan) -> Plan {
    let mut shrinker = Shrinker { plan: plan.clone(), runs: 0 };
    while shrinker.leave_out() | shrinker.simplify() {}
    shrinker.plan
}

struct Shrinker {
    plan: Plan,
    runs: usize,
}

impl Shrinker {
    /// Leaves out what can be left out. Tells whether anything could.
    fn leave_out(&mut self) -> bool {
        let before = self.plan.steps.len();
        let mut size = before.div_ceil(2).max(1);
        loop {
            let mut start = 0;
            while start < self.plan.steps.len() {
                let mut shorter = self.plan.clone();
                let end = (start + size).min(shorter.steps.len());
                shorter.steps.drain(start..end);
                if !self.keep(shorter) {
                    start += size;
                }
            }
            if size == 1 {
                return self.plan.steps.len() < before;
            }
            size = size.div_ceil(2);
        }
    }

    /// Makes each step as simple as it can be. Tells whether any was.
    fn simplify(&mut self) -> bool {
        let mut has_simplified = false;
        for index in 0..self.plan.steps.len() {
            while self.simplify_step(index) {
                has_simplified = true;
            }
        }
        has_simplified
    }

    fn simplify_step(&mut self, index: usize) -> bool {
        self.plan.steps[index].simpler().into_iter().any(|step| {
            let mut simpler = self.plan.clone();
            simpler.steps[index] = step;
            self.keep(simpler)
        })
    }

    fn keep(&mut self, plan: Plan) -> bool {
        self.runs += 1;
        let fails = self.runs <= RUNS_MAX && World::run(&plan).is_err();
        if fails {
            self.plan = plan;
        }
        fails
    }
}
