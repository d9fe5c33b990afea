namespace Flownally.Application.Paging;

/// <summary>A page of a list.</summary>
/// <param name="NextToken">Where the next page begins; null on the last page.</param>
internal sealed record Page<T>(IReadOnlyList<T> Records, string? NextToken);

internal static class Page
{
    /// <summary>Cuts a page out of rows that were read with one more than the page holds, to see whether another follows.</summary>
    /// <param name="list">Names the list that the token is good for.</param>
    /// <param name="position">The place of a record in the list.</param>
    public static Page<T> Of<T>(IReadOnlyList<T> rows, PageSize size, string list, Func<T, byte[]> position) => rows.Count <= size.Value
        ? new Page<T>(rows, null)
        : new Page<T>([.. rows.Take(size.Value)], PageToken.Write(list, position(rows[size.Value - 1])));
}
