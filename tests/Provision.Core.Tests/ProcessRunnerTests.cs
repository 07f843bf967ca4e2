using System.Diagnostics;

namespace Provision.Core.Tests;

public class ProcessRunnerTests
{
    private readonly ProcessRunner runner = new();

    /// <summary>Many at once, from threads of the pool that all wait: nothing that a program said may be lost.</summary>
    [Fact]
    public void What_many_programs_say_at_once_is_all_read()
    {
        var said = new string[32];
        Parallel.For(0, said.Length, new ParallelOptions { MaxDegreeOfParallelism = said.Length }, number =>
            said[number] = new ProcessRunner().Run(Command.Of("cat").WithInput(System.Text.Encoding.ASCII.GetBytes($"key {number}"))).Text);
        Assert.Equal(Enumerable.Range(0, said.Length).Select(number => $"key {number}"), said);
    }

    /// <summary>All threads of the pool wait for something else: what a program says is read by threads of its own.</summary>
    [Fact]
    public async Task What_a_program_says_is_read_while_the_pool_is_busy()
    {
        using var over = new ManualResetEventSlim();
        var busy = Enumerable.Range(0, 64).Select(_ => Task.Run(over.Wait)).ToList();
        var result = runner.Run(Command.Of("echo", "said"));
        over.Set();
        await Task.WhenAll(busy);
        Assert.Equal(("said\n", true), (result.Text, result.IsWhole));
    }

    [Fact]
    public void An_output_that_is_still_open_after_the_end_is_said_not_to_be_whole()
    {
        var result = new ProcessRunner { Patience = TimeSpan.FromMilliseconds(200) }.Run(Command.Of("sh", "-c", "sleep 20 & echo said"));
        Assert.Equal((0, "said\n", false), (result.ExitCode, result.Text, result.IsWhole));
    }

    [Fact]
    public void Output_error_and_exit_code_come_back_apart()
    {
        var result = runner.Run(Command.Of("sh", "-c", "echo out; echo err >&2; exit 3"));
        Assert.Equal((3, "out\n", "err\n"), (result.ExitCode, result.Text, result.Error));
    }

    [Fact]
    public void Arguments_never_pass_through_a_shell() =>
        Assert.Equal("$(id) `id` ; & | *", runner.Run(Command.Of("printf", "%s", "$(id) `id` ; & | *")).Text);

    [Fact]
    public void More_than_fits_into_memory_is_read_while_it_comes()
    {
        var read = 0L;
        var result = runner.Run(Command.Of("head", "-c", "100000000", "/dev/zero").WithReader(output =>
        {
            var buffer = new byte[65536];
            for (int some; (some = output.Read(buffer)) > 0;)
            {
                read += some;
            }
        }));
        Assert.Equal((0, 100_000_000L, 0), (result.ExitCode, read, result.Output.Length));
    }

    [Fact]
    public void What_a_reader_throws_ends_the_program_and_reaches_the_caller()
    {
        var watch = Stopwatch.StartNew();
        var thrown = Assert.Throws<InvalidDataException>(() =>
            runner.Run(Command.Of("sleep", "60").WithReader(_ => throw new InvalidDataException("not that"))));
        Assert.Equal("not that", thrown.Message);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_command_started_through_another_keeps_its_arguments_and_its_input() =>
        Assert.Equal("a b\n", runner.Run(Command.Of("sh", "-c", "cat; echo $1", "x", "b").WithInput("a "u8.ToArray()).Through("env", "-i")).Text);

    [Fact]
    public void A_program_that_is_not_there_is_an_exit_code() =>
        Assert.Equal(127, runner.Run(Command.Of("no-such-program-anywhere")).ExitCode);

    [Fact]
    public void A_time_limit_ends_the_whole_tree()
    {
        var watch = Stopwatch.StartNew();
        var result = runner.Run(Command.Of("sh", "-c", "sleep 60 & sleep 60; wait").WithTimeout(TimeSpan.FromMilliseconds(300)));
        Assert.Equal(124, result.ExitCode);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.2, 20);
    }

    [Fact]
    public void A_program_that_says_too_much_is_killed()
    {
        var result = runner.Run(Command.Of("yes").WithOutputLimit(1_000_000).WithTimeout(TimeSpan.FromSeconds(30)));
        Assert.Equal(153, result.ExitCode);
        Assert.InRange(result.Output.Length, 1, 1_000_000);
        Assert.Equal(0, runner.Run(Command.Of("printf", "12345").WithOutputLimit(5)).ExitCode);
        Assert.Equal(153, runner.Run(Command.Of("printf", "123456").WithOutputLimit(5)).ExitCode);
    }

    [Fact]
    public void Large_output_and_input_do_not_block_each_other()
    {
        var input = new byte[3_000_000];
        Array.Fill(input, (byte)'x');
        Assert.Equal(input.Length, runner.Run(Command.Of("cat").WithInput(input)).Output.Length);
    }

    /// <summary>The arguments pass through a command line that is taken apart again.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("\"quoted\"")]
    [InlineData("back\\slash\\")]
    [InlineData("\\\"")]
    [InlineData("tab\tand\nnewline")]
    [InlineData("it's")]
    [InlineData("ü €")]
    public void Every_argument_arrives_as_it_is(string argument) =>
        Assert.Equal($"[{argument}][end]", runner.Run(Command.Of("printf", "[%s]", argument, "end")).Text);

    [Fact]
    public void A_signal_is_an_exit_code() => Assert.Equal(137, runner.Run(Command.Of("sh", "-c", "kill -9 $$")).ExitCode);

    [Fact]
    public void A_folder_that_is_not_there_is_an_exit_code() =>
        Assert.Equal(127, runner.Run(Command.Of("true").In("/no/such/folder")).ExitCode);

    [Fact]
    public void Variables_are_set_and_removed() =>
        Assert.Equal("1 none", runner.Run(Command.Of("sh", "-c", "printf '%s %s' $ONE ${HOME-none}").WithEnvironment("ONE", "1").WithEnvironment("HOME",
            null)).Text);

    [Fact]
    public void Lines_of_both_streams_are_told_as_they_come()
    {
        var lines = new System.Collections.Concurrent.ConcurrentQueue<string>();
        runner.Run(Command.Of("sh", "-c", "printf 'ü'; echo nder; echo; echo err >&2").WithListener(lines.Enqueue));
        Assert.Equal(["", "err", "ünder"], lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_a_feed_throws_ends_the_program_and_reaches_the_caller() =>
        Assert.Throws<InvalidDataException>(() => runner.Run(Command.Of("sleep", "60").WithFeed(_ => throw new InvalidDataException("not that"))));

    [Fact]
    public void A_feed_to_a_program_that_closed_its_input_is_no_failure() =>
        Assert.Equal(3, runner.Run(Command.Of("sh", "-c", "exec <&-; sleep 0.2; exit 3").WithFeed(input =>
        {
            for (var i = 0; i < 100; i++)
            {
                input.Write(new byte[65536]);
            }
        })).ExitCode);

    /// <summary>A program that ends while its input is being written: .NET's own pipe streams can spin forever there.</summary>
    [Fact]
    public void Programs_that_end_under_their_input_never_hold_the_run_up()
    {
        for (var run = 0; run < 500; run++)
        {
            Assert.True(runner.Run(Command.Of("true").WithInput(new byte[100 + run % 2 * 100_000])).Succeeded);
        }
    }

    [Fact]
    public void A_time_limit_holds_for_a_program_that_does_not_read_its_input() =>
        Assert.Equal(124, runner.Run(Command.Of("sleep", "60").WithInput(new byte[1_000_000]).WithTimeout(TimeSpan.FromMilliseconds(300))).ExitCode);

    [Fact]
    public void A_caller_that_gives_up_kills_the_tree()
    {
        var folder = Directory.CreateTempSubdirectory("provision-kill-").FullName;
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        Assert.ThrowsAny<OperationCanceledException>(() => runner.Run(Command.Of("sh", "-c", $"sh -c 'sleep 2; touch {folder}/lived' & wait"),
            cancellation.Token));
        Thread.Sleep(2500);
        Assert.False(File.Exists(folder + "/lived"));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_program_beside_us_tells_its_lines_and_ends_with_us()
    {
        using var said = new System.Collections.Concurrent.BlockingCollection<string>();
        using var running = RunningCommand.Start(Command.Of("sh", "-c", "echo ready; echo warning >&2; sleep 60 & wait").WithListener(said.Add));
        Assert.Equal(["ready", "warning"], new[] { Next(), Next() }.Order(StringComparer.Ordinal));
        Assert.True(running.IsRunning);
        running.Dispose();
        Assert.False(running.IsRunning);
        Assert.Equal(127, Assert.Throws<CommandFailedException>(() => RunningCommand.Start(Command.Of("no-such-program-anywhere"))).Result.ExitCode);

        string? Next() => said.TryTake(out var line, TimeSpan.FromSeconds(20)) ? line : null;
    }

    [Fact]
    public void A_program_that_does_not_read_its_input_is_no_failure() =>
        Assert.True(runner.Run(Command.Of("true").WithInput(new byte[1_000_000])).Succeeded);

    [Fact]
    public void A_failure_names_the_command_and_the_end_of_its_errors()
    {
        var failed = Assert.Throws<CommandFailedException>(() => runner.Run(Command.Of("sh", "-c", "echo no such disk >&2; exit 5")).OrThrow());
        Assert.Equal("sh -c 'echo no such disk >&2; exit 5' failed with exit code 5: no such disk", failed.Message);
    }
}
