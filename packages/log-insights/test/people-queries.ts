/**
 * Queries for Lambda logs as people write them: the shapes are those of AWS's sample queries, of blog posts and of public
 * repositories, written anew. Their results on the golden logs stand in `golden/people.json`.
 */
export const PEOPLE_QUERIES: Readonly<Record<string, string>> = {
  'latest events': 'fields @timestamp, @message\n| sort @timestamp desc\n| limit 5',
  'over-provisioned memory (AWS sample)': `filter @type = "REPORT"
    | stats max(@memorySize / 1000 / 1000) as provisonedMemoryMB,
        min(@maxMemoryUsed / 1000 / 1000) as smallestMemoryRequestMB,
        avg(@maxMemoryUsed / 1000 / 1000) as avgMemoryUsedMB,
        max(@maxMemoryUsed / 1000 / 1000) as maxMemoryUsedMB,
        provisonedMemoryMB - maxMemoryUsedMB as overProvisionedMB`,
  'latency statistics by 5 minutes (AWS sample)':
    'filter @type = "REPORT" | stats avg(@duration), max(@duration), min(@duration) by bin(5m)',
  'expensive requests (AWS sample)':
    'filter @type = "REPORT"\n| fields @requestId, @billedDuration\n| sort @billedDuration desc\n| limit 3',
  'slow requests without duplicates (AWS sample)':
    'fields @timestamp, @requestId, @message, @logStream\n| filter @type = "REPORT" and @duration > 1000\n| sort @timestamp desc\n| dedup @requestId\n| limit 4',
  'cold start share':
    'filter @type = "REPORT" | stats count(*) as total, count(@initDuration) as cold, count(@initDuration) / count(*) * 100 as coldPct',
  'cold starts by function':
    'filter @type="REPORT" | fields @memorySize / 1000000 as memorySize | filter @message like /(?i)(Init Duration)/ | parse @message /^REPORT.*Init Duration: (?<initDuration>.*) ms.*/ | parse @log /^.*\\/aws\\/lambda\\/(?<functionName>.*)/ | stats count() as coldStarts, avg(initDuration) as avgInit, max(initDuration) as maxInit by functionName, memorySize',
  'power tuning percentiles':
    'filter @type = "REPORT" | stats pct(@duration, 50) as p50, pct(@duration, 90) as p90, pct(@duration, 99.9) as p999 by @log | sort p999 desc',
  'total with init by greatest': `filter @type = "REPORT"
| parse @log /\\d+:\\/aws\\/lambda\\/sheep-shed-dev-(?<function>.*)/
| stats count(*) as calls, avg(@duration + coalesce(@initDuration, 0)) as avg_ms, stddev(@duration + coalesce(@initDuration,0)) as dev_ms,
  pct(@duration+coalesce(@initDuration,0), 95) as p95
  by function, ispresent(@initDuration) as coldstart
| sort function, coldstart`,
  'init as greatest of two': `filter @type="REPORT"
| fields greatest(@initDuration, 0) + @duration as duration, ispresent(@initDuration) as coldStart
| stats count(*) as count, pct(duration, 50) as p50, pct(duration, 99) as p99, max(duration) as max by coldStart`,
  'billed gigabyte seconds':
    'filter @type = "REPORT" | stats sum(@billedDuration / 1000 * @memorySize / 1000 / 1000 / 1024) as gbs, sum(@billedDuration) / 1000 as seconds',
  'time-outs by message': 'filter @message like /Status: timeout/ | stats count(*) as timeouts by bin(10m)',
  'time-outs without case':
    'fields @timestamp, @requestId | filter @message like /(?i)STATUS: TIMEOUT/ | sort @timestamp asc | limit 3',
  'error count by type':
    'parse @message "Error Type: *\\t" as errorType | filter ispresent(errorType) | stats count(*) as n by errorType',
  'error lines':
    'fields @timestamp, @message | filter @message like "Runtime exited" | sort @timestamp asc | limit 2',
  'everything but platform lines':
    'filter @message not like /^(REPORT|START|END|INIT_START)/ | filter not ispresent(type) | stats count(*) by level',
  'json field nested':
    'filter ispresent(event.kind) | stats count(*) as n, avg(event.tattoo) as tattoo by event.kind | sort n desc, event.kind asc',
  'json boolean': 'filter ok = 0 | stats count(*) as failures by event.kind as kind | sort kind',
  'json platform report':
    'filter type = "platform.report" | stats count(*) as n, avg(record.metrics.durationMs) as ms, max(record.metrics.maxMemoryUsedMB) as mb by record.status',
  'event types': 'stats count(*) as n by @type | sort n desc',
  'runtime version':
    'filter @message like /INIT_START/ | parse @message "INIT_START Runtime Version: *\\t" as version | stats count_distinct(@logStream) as environments by version',
  'memory used percent':
    'filter @type = "REPORT" | fields @maxMemoryUsed / @memorySize * 100 as used | stats avg(used) as avg, max(used) as max, min(used) as min by bin(1h)',
  'memory buckets':
    'filter @type = "REPORT" | stats count(*) as n by floor(@maxMemoryUsed / 10000000) * 10 as bucketMB | sort bucketMB asc',
  'duration histogram':
    'filter @type = "REPORT" and @duration < 100 | stats count(*) by ceil(@duration / 20) * 20 as ms | sort ms',
  'busiest minutes (two stats)': `filter @type = "REPORT"
| stats count(*) as calls by bin(1m) as minute
| stats max(calls) as peak, avg(calls) as mean, count(*) as minutes`,
  'invocations per environment (two stats)':
    'filter @type = "REPORT" | stats count(*) as n by @logStream | stats min(n) as fewest, max(n) as most, count(*) as environments',
  'first and last report':
    'filter @type = "REPORT" | stats earliest(@requestId) as first, latest(@requestId) as last, min(@timestamp) as from, max(@timestamp) as to',
  'one request followed':
    'filter @type in ["START", "END"] | stats count(*) as lines by @requestId | filter lines != 2 | stats count(*) as odd',
  'request id in business line':
    'parse @message \'"requestId":"*"\' as id | filter ispresent(id) and not ispresent(type) | stats count_distinct(id) as ids',
  'string functions':
    'filter @type = "START" | fields toupper(substr(@requestId, 0, 8)) as id, strlen(@message) as len, concat(@type, ":", id) as label | sort @timestamp asc | limit 2 | display label, len',
  'last of each stream':
    'filter @type = "REPORT" | fields @logStream, @duration | sort @timestamp desc | dedup @log | limit 3',
  'windows line ends':
    'filter @type = "REPORT"\r\n| stats count(*) as n by @memorySize/1000/1000 as mb\r\n| limit 10\r\n',
  'comment between commands':
    'fields @timestamp\n# | filter @message like /delay/\n| filter @type = "REPORT" # only these\n| sort @duration desc\n| limit 1\n| display @duration',
  'last five hours':
    'filter toMillis(@timestamp) >= (now() * 1000 - 18000000) | stats count(*) as n by datefloor(@timestamp, 1h)',
};
