using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace EShop.Local.Hosting;

/// <summary>The start at a terminal: a row a resource, its state, and after how long it had it.</summary>
internal sealed class StartTable
{
    private readonly Table _table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "", "");
    private readonly Dictionary<string, int> _rows = [];
    private readonly Stopwatch _since = Stopwatch.StartNew();

    public StartTable(IEnumerable<string> names)
    {
        foreach (var name in names)
            Row(name);
    }

    /// <summary>Shows the table while something goes on that fills it.</summary>
    public Task ShowAsync(Func<Action<string, string>, Task> follow) =>
        AnsiConsole.Live(_table).StartAsync(view => follow((name, line) =>
        {
            var row = Row(name);
            _table.UpdateCell(row, 1, new Text(line, Style(line)));
            _table.UpdateCell(row, 2, new Text(_since.Elapsed.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture), new Style(Color.Grey)));
            view.Refresh();
        }));

    private int Row(string name)
    {
        if (_rows.TryGetValue(name, out var row))
            return row;
        _table.AddRow(new Text(name), new Text("-", new Style(Color.Grey)), new Text(""));
        return _rows[name] = _rows.Count;
    }

    private static Style Style(string line) => line switch
    {
        "healthy" or "finished" => new(Color.Green),
        "failedtostart" or "exited" or "restarting" => new(Color.Red),
        _ => new(Color.Yellow),
    };
}
