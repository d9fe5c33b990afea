namespace Flownally.Api.Tests.CommandLine;

/// <summary>The file <c>docs/completion.bash</c>, as bash uses it when somebody presses Tab.</summary>
public sealed class CompletionTests
{
    /// <summary>Splits a line as bash does, and prints what it would offer.</summary>
    private const string PressTab = """
        source docs/completion.bash
        COMP_LINE=$1 COMP_POINT=${#1}
        read -ra COMP_WORDS <<< "$1"
        [[ $1 == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _flownally
        echo "${COMPREPLY[@]}"
        """;

    [TestCase("./flownally ten", "tenants")]
    [TestCase("./flownally tenants ", "--data --help --json -? -h create limit list")]
    [TestCase("./flownally --data elsewhere keys re", "revoke")]
    [TestCase("./flownally keys create --ro", "--role")]
    [TestCase("./flownally keys create --role ", "admin agent owner viewer")]
    [TestCase("./flownally events import docs/compl", "", Description = "bash completes files")]
    public async Task It_offers_what_fits(string line, string offered) =>
        Assert.That(await RunningService.ToolAsync(["bash", "-c", PressTab, "bash", line]), Is.EqualTo((0, offered)));
}
