using BenchmarkDotNet.Running;
using Flownally.Benchmarks;

BenchmarkRunner.Run<ValidationBenchmarks>(args: args);
