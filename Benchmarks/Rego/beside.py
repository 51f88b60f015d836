# Medians of regorus beside ours: its tree walker and its virtual machine, JSON in and out. beside.py POLICY INPUTS
import json, statistics, sys, time
import regorus

policy, inputs = open(sys.argv[1]).read(), open(sys.argv[2]).read().splitlines()

def median(runs, call):
    times = []
    for _ in range(runs):
        start = time.perf_counter_ns()
        call()
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times) / 1000

for name in ("decision", "allow"):
    rule = "data.agent.authz." + name
    engine = regorus.Engine()
    engine.add_policy("agent.rego", policy)
    program = regorus.Program.compile_from_modules("{}", [("agent.rego", policy)], [rule])
    machine = regorus.Rvm()
    machine.load_program(program)
    machine.set_data_json("{}")
    print(f"\n| {name} | regorus, tree | regorus, machine |\n|---|---|---|")
    for line in inputs:
        def tree():
            engine.set_input_json(line)
            return engine.eval_rule_as_json(rule)
        def bytecode():
            machine.set_input_json(line)
            return machine.execute()
        print(f"| `{line[:50]}` | {median(3000, tree):.2f} | {median(3000, bytecode):.2f} |")
