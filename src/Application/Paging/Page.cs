namespace Flownally.Application.Paging;

/// <summary>A page of a list.</summary>
/// <param name="NextToken">The token of the next page; null on the last page.</param>
internal sealed record Page<T>(IReadOnlyList<T> Records, string? NextToken);

internal static class Page
{
    /// <summary>Creates a page from rows that were read with a limit of one more than the page size, to detect a next page.</summary>
    /// <param name="list">Identifies the list in the token.</param>
    /// <param name="position">Returns the position of a record in the list.</param>
    public static Page<T> Of<T>(IReadOnlyList<T> rows, PageSize size, string list, Func<T, byte[]> position) => rows.Count <= size.Value
        ? new Page<T>(rows, null)
        : new Page<T>([.. rows.Take(size.Value)], PageToken.Write(list, position(rows[size.Value - 1])));
}
